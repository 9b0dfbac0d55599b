import { expect, test } from 'vitest';
import { withoutDirectories } from './host.js';

test.each([
  ['pushforward train --data /home/ann/x.csv --flow maf', 'pushforward train --data x.csv --flow maf'],
  ['pushforward train --data=../x.csv --seed 1', 'pushforward train --data=x.csv --seed 1'],
  ["npm start -- train --data '/home/ann b/x y.csv' --out /tmp/run --force", "npm start -- train --data 'x y.csv'"],
  ['pushforward train --out=run --data x.csv --hidden 4,4', 'pushforward train --data x.csv --hidden 4,4'],
])('%s loses its directories', (line, expected) => expect(withoutDirectories(line)).toBe(expected));
