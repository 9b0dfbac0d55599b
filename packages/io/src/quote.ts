/** A name out of a file, as it stands in an error message: on one line, and not endless. */
export function quote(name: string): string {
  const text = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return `'${JSON.stringify(text).slice(1, -1)}'`;
}

/** The first few of many names, as they stand in an error message. */
export function quoteAll(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(quote).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
