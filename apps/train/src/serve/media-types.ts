export const JSON_TYPE = 'application/json';
export const CSV = 'text/csv';
export const PARQUET = 'application/vnd.apache.parquet';

/** A media type without its parameters, such as the encoding. */
export function mediaType(header: string | undefined): string | undefined {
  return header?.split(';', 1)[0].trim().toLowerCase();
}
