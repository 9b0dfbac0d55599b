import { describe, expect, test } from 'vitest';
import { isMissing } from './loader.js';

describe('isMissing', () => {
  test('a package that is not installed', async () => {
    const specifier = '@pushforward/not-installed';
    const error = await import(/* @vite-ignore */ specifier).catch((reason: unknown) => reason);
    expect(isMissing(error, '@pushforward/not-installed')).toBe(true);
    expect(isMissing(error, '@tensorflow/tfjs-backend-wasm')).toBe(false);
  });

  test('what bundlers and browsers throw', () => {
    for (const message of [
      `Could not resolve "some-package" imported by "@pushforward/tensor". Is it installed?`,
      `Failed to resolve module specifier 'some-package'`,
      'The specifier “some-package” was a bare specifier, but was not remapped to anything.',
      "Module name, 'some-package' does not resolve to a valid URL.",
    ]) {
      expect(isMissing(new TypeError(message), 'some-package')).toBe(true);
    }
    expect(
      isMissing(
        Object.assign(new Error("Cannot find module 'some-package'"), { code: 'MODULE_NOT_FOUND' }),
        'some-package',
      ),
    ).toBe(true);
  });

  test('a package that is broken', () => {
    expect(isMissing(new SyntaxError('some-package: unexpected token'), 'some-package')).toBe(false);
    expect(isMissing('some-package', 'some-package')).toBe(false);
  });
});
