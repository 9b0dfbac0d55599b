import { expect, test } from 'vitest';
import { commandLine, type Host, withoutDirectories } from './host.js';

test.each([
  ['pushforward train --data /home/ann/x.csv --flow maf', 'pushforward train --data x.csv --flow maf'],
  ['pushforward train --data=../x.csv --seed 1', 'pushforward train --data=x.csv --seed 1'],
  ["npm start -- train --data '/home/ann b/x y.csv' --out /tmp/run --force", "npm start -- train --data 'x y.csv'"],
  ['pushforward train --out=run --data x.csv --hidden 4,4', 'pushforward train --data x.csv --hidden 4,4'],
  ['node /home/ann/pushforward/apps/train/dist/main.js train --data /home/ann/x.csv', 'pushforward train --data x.csv'],
  ['node --max-old-space-size=8000 main.js --data /home/ann/digits/', 'pushforward --data digits'],
])('%s loses its directories', (line, expected) => expect(withoutDirectories(line)).toBe(expected));

test.each([['a/b'], ['/'], ["it's/so"], ['a b/c'], ['\\'], ["'"], ['$x'], ['ä/ö']])(
  'a value that is no path stays as it is: %s',
  (value) => {
    const host = { commandPrefix: 'pushforward' } as Host;
    for (const args of [
      ['train', '--columns', value, '--seed', '3'],
      ['train', `--delimiter=${value}`],
    ]) {
      expect(withoutDirectories(commandLine(host, [...args, '--data', '/home/ann/x.csv', '--out', 'a/b']))).toBe(
        commandLine(host, [...args, '--data', 'x.csv']),
      );
    }
  },
);
