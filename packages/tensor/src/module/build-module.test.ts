import { describe, expect, test } from 'vitest';
import { buildModule } from './build-module.js';
import { formatValue } from '../arguments/format.js';
import type { BuildModule, Json, ModuleConfig } from './contract.js';
import { Module } from './module.js';
import { OtherScale, Scale, Stack } from '../testing/example-modules.js';

const shapes = (module: Stack) => [...module.variables()].map(([path, { shape }]) => [path, shape]);

const stack = (...layers: unknown[]) => ({ type: 'Stack', layers }) as Json;

function message(config: Json): string {
  try {
    buildModule(config, [Scale, Stack]);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

describe('buildModule', () => {
  test('rebuilds the structure from JSON', () => {
    const original = new Stack([new Scale(1), new Stack([new Scale(2)])]);
    const rebuilt = buildModule<Stack>(JSON.parse(JSON.stringify(original.config())), [Scale, Stack]);
    expect(rebuilt).toBeInstanceOf(Stack);
    expect(rebuilt.config()).toEqual(original.config());
    expect(shapes(rebuilt)).toEqual(shapes(original));
    original.dispose();
    rebuilt.dispose();
  });

  test('refuses a type that is not among the classes', () => {
    expect(() => buildModule({ type: 'Scale', dim: 1 }, [Stack])).toThrow(
      "buildModule: config: classes must include one of type 'Scale', got Stack",
    );
    expect(() => buildModule({ type: 'Stack', layers: [{ type: '__proto__' }] }, [Stack])).toThrow(
      "config.layers.0: classes must include one of type '__proto__', got Stack",
    );
    expect(() => buildModule({ type: 'Scale' }, [])).toThrow('got none');
  });

  test.each([[null], [3], ['Scale'], [[{ type: 'Scale' }]], [{ dim: 1 }], [{ type: 1 }]])('refuses %j', (config) => {
    expect(() => buildModule(config as Json, [Scale])).toThrow(
      `buildModule: config: a module must be an object with a type, got ${formatValue(config)}`,
    );
  });

  test('says where it fails', () => {
    const scale = { type: 'Scale', dim: 1 };
    expect(message(stack(scale, { ...scale, dim: 'x' }))).toBe(
      "buildModule: config.layers.1: Scale: dim must be a number, got 'x'",
    );
    expect(message(stack(scale, { ...scale, dim: 0 }))).toBe(
      'buildModule: config.layers.1: scale: dim must be an integer of at least 1, got 0',
    );
    expect(message(stack(stack(scale, { type: 'Net' })))).toBe(
      "buildModule: config.layers.0.layers.1: classes must include one of type 'Net', got Scale, Stack",
    );
    expect(message(stack(scale, { dim: 3 }))).toBe(
      'buildModule: config.layers.1: a module must be an object with a type, got {dim: 3}',
    );
    expect(message(stack(stack(scale, 7)))).toBe(
      'buildModule: config.layers.0: a module must be an object with a type, got 7',
    );
    expect(message(stack({ type: 'Stack' }))).toBe(
      'buildModule: config.layers.0: Stack: layers must be a list, got undefined',
    );
  });

  test('refuses a child of another class than its parent asks for', () => {
    class Holder extends Module {
      static readonly type = 'Holder';
      static override fromConfig(config: ModuleConfig, build: BuildModule) {
        build(config.scale, Scale).dispose();
        return new Holder();
      }
    }
    expect(() => buildModule({ type: 'Holder', scale: { type: 'Stack', layers: [] } }, [Holder, Stack])).toThrow(
      new Error("buildModule: config.scale: must be a Scale, got 'Stack'"),
    );
    buildModule({ type: 'Holder', scale: { type: 'Scale', dim: 1 } }, [Holder, Scale]);
  });

  test('stops at modules too deep within each other', () => {
    let config: Json = { type: 'Scale', dim: 1 };
    for (let i = 0; i < 20_000; i++) config = { type: 'Stack', layers: [config] };
    expect(() => buildModule(config, [Scale, Stack])).toThrow(
      /^buildModule: config(\.layers\.0)+: modules must stand at most 100 deep within each other$/,
    );
  });

  test('refuses two classes of one type, but not one class twice', () => {
    expect(() => buildModule({ type: 'Scale', dim: 1 }, [Scale, OtherScale])).toThrow(
      "buildModule: classes has two different classes of type 'Scale'",
    );
    const module = buildModule({ type: 'Scale', dim: 1 }, [Scale, Scale]);
    expect(module).toBeInstanceOf(Scale);
    module.dispose();
  });
});
