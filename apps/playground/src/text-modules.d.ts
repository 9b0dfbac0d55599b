/** A file's source text, as Vite imports it. */
declare module '*?raw' {
  const text: string;
  export default text;
}
/** The address of a file that Vite puts beside the program. */
declare module '*?url' {
  const url: string;
  export default url;
}
