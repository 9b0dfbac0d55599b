/** Rows of text as lines with aligned columns: those that hold text, by default the first, to the left, the others to the right. */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  text: readonly number[] = [0],
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (text.includes(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('   ')
      .trimEnd();
  return [line(header), widths.map((width) => '─'.repeat(width)).join('───'), ...rows.map(line)]
    .map((row) => `${row}\n`)
    .join('');
}
