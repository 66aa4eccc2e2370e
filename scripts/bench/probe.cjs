// Loaded into a measured process: tells the bench its peak memory, in kilobytes, and its CPU time, in seconds, on descriptor 3.
const { writeSync } = require('node:fs');

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  try {
    writeSync(3, JSON.stringify({ memory: maxRSS, cpu: (userCPUTime + systemCPUTime) / 1e6 }));
  } catch {
    // Nobody is listening.
  }
});
