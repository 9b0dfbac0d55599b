import { ones } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { describeConfig } from './describe-config.js';
import { makeVariable } from './make-variable.js';
import { Module } from './module.js';

class Plain extends Module {
  static readonly type = 'Plain';
  readonly weights = makeVariable([2], () => ones([2]));
}

class Optional extends Module {
  static readonly type = 'Optional';
  constructor(readonly power = 2) {
    super();
  }
}

class Sized extends Module {
  static readonly type = 'Sized';
  constructor(readonly dim: number) {
    super();
  }
}

describe('describeConfig', () => {
  test('a short module is one line', () => {
    expect(describeConfig({ type: 'Scale', dim: 3, name: null })).toBe('Scale(dim: 3, name: null)');
  });

  test('parts have lines of their own, and long lists are cut', () => {
    const order = Array.from({ length: 20 }, (_, i) => i);
    expect(describeConfig({ type: 'Chain', parts: [{ type: 'Made', order }, { type: 'Exp' }] })).toBe(
      'Chain(\n  parts: [\n    Made(order: [0, 1, 2, 3, 4, 5, 6, 7, … 12 more]),\n    Exp(),\n  ],\n)',
    );
  });
});

describe('a module of which nothing but variables is to be kept', () => {
  test('needs no config and no fromConfig', () => {
    using module = new Plain();
    using copy = module.clone();
    expect(module.config()).toEqual({ type: 'Plain' });
    expect(copy).toBeInstanceOf(Plain);
    expect(copy.weights).not.toBe(module.weights);
  });

  test('prints itself', () => {
    using module = new Plain();
    expect(String(module)).toBe('Plain()');
  });

  test('must not be built from arguments', () => {
    expect(() => new Sized(3).config()).toThrow(
      'Sized: the class must have a method config, because its constructor takes arguments',
    );
    expect(() => Sized.fromConfig({ type: 'Sized' }, () => undefined as never)).toThrow(
      'Sized: the class must have a static fromConfig, because its constructor takes arguments',
    );
    expect(String(new Sized(3))).toBe('Sized');
  });

  test('or from none that it holds on to', () => {
    expect(new Optional().config()).toEqual({ type: 'Optional' });
    expect(() => new Optional(3).config()).toThrow('Optional: the class must have a method config, which keeps power');
  });
});
