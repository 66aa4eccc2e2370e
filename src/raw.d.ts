/** The text of a file: put into the bundle by scripts/build.js, read as it is by vitest. */
declare module '*?raw' {
  const text: string;
  export default text;
}
