/**
 * The first name that an object of this JSON text holds twice, or null. `JSON.parse` would take the last one without a word, another
 * reader the first.
 *
 * @param json valid JSON
 */
export function repeatedKey(json: string): string | null {
  const objects: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === '{') objects.push(new Set());
    else if (json[i] === '}') objects.pop();
    else if (json[i] === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === '\\') i++;
      const end = i + 1;
      while (isSpace(json[i + 1])) i++;
      if (json[i + 1] !== ':') continue;
      const key = JSON.parse(json.slice(start, end)) as string;
      const keys = objects.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}
