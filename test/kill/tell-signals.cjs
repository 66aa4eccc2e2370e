// For `node --require`: the program tells, by a line on stderr, that it is about to hear of a signal.
const { writeSync } = require('node:fs');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => writeSync(2, 'signal seen\n'));
