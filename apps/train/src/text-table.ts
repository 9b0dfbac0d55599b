/** Rows of text as lines with aligned columns: the first column to the left, the others to the right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('   ').trimEnd();
  return [line(header), widths.map((width) => '─'.repeat(width)).join('───'), ...rows.map(line)].map((text) => `${text}\n`).join('');
}
