// For `node --require`: the program waits a hundredth of the time that it says.
const timers = require('node:timers/promises');

const { setTimeout } = timers;
Object.assign(timers, {
  /** @type {typeof setTimeout} */
  setTimeout: (milliseconds = 0, value, options = {}) => setTimeout(milliseconds / 100, value, options),
});
