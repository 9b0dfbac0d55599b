/** A file's source text, as Vite imports it. */
declare module '*?raw' {
  const text: string;
  export default text;
}
