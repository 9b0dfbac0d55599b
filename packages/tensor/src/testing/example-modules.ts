import { ones, type Variable, zeros } from '@tensorflow/tfjs-core';
import { checkInteger } from '../arguments/check.js';
import { makeVariable } from '../module/make-variable.js';
import type { BuildModule, ModuleConfig } from '../module/contract.js';
import { readConfig } from '../module/read-config.js';
import { Module } from '../module/module.js';

/** A module of one variable. */
export class Scale extends Module {
  static readonly type: string = 'Scale';
  static override fromConfig(config: ModuleConfig): Scale {
    return new Scale(readConfig(config, { dim: 'number' }).dim);
  }
  readonly scale: Variable;
  constructor(
    readonly dim: number,
    trainable = true,
  ) {
    super();
    checkInteger('scale: dim', dim, 1);
    this.scale = makeVariable([dim], () => ones([dim]), { trainable });
  }
  override config(): ModuleConfig {
    return { type: Scale.type, dim: this.dim };
  }
}

/** A module of modules. */
export class Stack extends Module {
  static readonly type = 'Stack';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Stack {
    return new Stack(readConfig(config, { layers: 'list' }).layers.map((layer) => build(layer, Module)));
  }
  readonly name = 'not a variable';
  readonly bias: Variable;
  constructor(
    readonly layers: readonly Module[],
    readonly extra: readonly (Variable | readonly Variable[])[] = [],
  ) {
    super();
    this.bias = makeVariable([1], () => zeros([1]));
  }
  override config(): ModuleConfig {
    return { type: Stack.type, layers: this.layers.map((layer) => layer.config()) };
  }
}

/** A module that owns more than variables. */
export class OtherScale extends Scale {
  readonly mask = ones([this.dim]);
  override dispose(): void {
    super.dispose();
    this.mask.dispose();
  }
}
