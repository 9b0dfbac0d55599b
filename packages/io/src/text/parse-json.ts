import type { Json } from '@pushforward/tensor';

/** The largest depth of nested lists and objects: far more than a model has, and far less than what JavaScript can walk through. */
const DEEPEST = 500;

/**
 * The value of a text out of a file.
 *
 * @param name what error messages call the text
 * @throws Error, in one line, if it is no JSON, or too deep
 */
export function parseJson(name: string, text: string): Json {
  checkNesting(name, text);
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Error(`${name} must be JSON`, { cause: error });
  }
}

/** Throws if lists and objects stand too deep within each other. */
export function checkNesting(name: string, text: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (letter === '"') for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    if (letter === '[' || letter === '{') depth++;
    else if (letter === ']' || letter === '}') depth--;
    if (depth > DEEPEST) throw new Error(`${name} must be at most ${DEEPEST} lists and objects deep`);
  }
}
