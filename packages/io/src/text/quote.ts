import { formatValue } from '@pushforward/tensor';

/** A name out of a file, as it stands in an error message: on one line, and not endless. */
export function quote(name: string): string {
  return formatValue(name);
}
