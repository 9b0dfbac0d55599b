import { afterEach, describe, expect, test } from 'vitest';
import { withoutRethrowers } from './rethrowers.js';

class Exit extends Error {}

describe('withoutRethrowers', () => {
  const added: (() => void)[] = [];
  const listen = (listener: (...values: unknown[]) => void) => {
    process.on('uncaughtException', listener);
    added.push(() => process.removeListener('uncaughtException', listener));
    return listener;
  };
  afterEach(() => added.splice(0).forEach((remove) => remove()));

  test('takes away what only throws again, whatever it is called', async () => {
    const before = process.listenerCount('uncaughtException');
    await withoutRethrowers(async () => {
      listen(function (ex) {
        throw ex;
      });
      listen(function (e) {
        if (!(e instanceof Exit)) {
          throw e;
        }
      });
    });
    expect(process.listenerCount('uncaughtException')).toBe(before);
  });

  test("leaves the program's own, older and newer, in place", async () => {
    const older = listen(function (ex) {
      throw ex;
    });
    let newer!: (...values: unknown[]) => void;
    await withoutRethrowers(async () => void (newer = listen((error) => console.log(error))));
    expect(process.listeners('uncaughtException')).toEqual(expect.arrayContaining([older, newer]));
  });

  test('passes results and errors on', async () => {
    expect(await withoutRethrowers(async () => 3)).toBe(3);
    await expect(withoutRethrowers(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
