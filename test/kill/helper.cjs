// A program for `--to exec:`. Reads all of stdin, tells the server at port argv[2] how it and its parent read in the
// list of processes, and writes what it has read into the file argv[3] when the server answers.
const { execFileSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { connect } = require('node:net');
const { text } = require('node:stream/consumers');

const [, , port, file] = process.argv;

void text(process.stdin).then((credential) => {
  const processes = execFileSync('ps', ['-o', 'args=', '-p', `${process.ppid},${process.pid}`]);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(processes);
  socket.once('data', () => {
    writeFileSync(file ?? '', credential);
    socket.end();
  });
});
