import {
  add,
  grad,
  memory,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { foldIn, key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { addNoise } from '@pushforward/tensor/testing';
import { attentionIaf } from '../factories/attention.js';
import { iaf, maf } from '../factories/maf-iaf.js';
import type { Bijector } from '../contract/bijector.js';
import { glow, realNvp } from '../factories/coupling.js';
import { lstmIaf } from '../factories/lstm.js';
import { madeMog } from '../factories/mog.js';
import { naf } from '../factories/naf.js';
import { nsf } from '../factories/nsf.js';
import { Planar } from '../residual/planar.js';
import { apply, type Way } from '../testing/harness/evaluate.js';

const shared = { dim: 3, hidden: [8], transforms: 2, activation: 'tanh', seed: 0 } as const;
const sequence = { dim: 3, transforms: 1, seed: 0 } as const;
const FLOWS: Record<string, () => Bijector> = {
  maf: () => maf(shared),
  iaf: () => iaf(shared),
  realNvp: () => realNvp(shared),
  glow: () => glow(shared),
  nsf: () => nsf({ ...shared, transforms: 1, bins: 3 }),
  naf: () => naf({ ...shared, transforms: 1, units: 2 }),
  madeMog: () => madeMog({ dim: 3, hidden: [8], activation: 'tanh', seed: 0, components: 2 }),
  lstmIaf: () => lstmIaf({ ...sequence, hidden: [4] }),
  attentionIaf: () => attentionIaf({ ...sequence, width: 4, heads: 2, blocks: 1 }),
  planar: () => new Planar({ dim: 3, seed: 0 }),
};

const STEP = 2e-3;

/** `Σ |∂ℓ/∂x|²` for the loss `ℓ = ½ Σ value² − Σ logDet`: what a gradient penalty and score matching are made of. */
function penalty(bijector: Bijector, way: Way, x: Tensor): Scalar {
  const loss = (input: Tensor) => {
    const { value, logDet } = apply(bijector, way, input);
    return sub(mul(0.5, sum(square(value))), sum(logDet));
  };
  return sum(square(grad(loss)(x)));
}

/** Moves every variable along its direction. */
function move(variables: readonly Variable[], directions: readonly Tensor[], by: number): void {
  variables.forEach((each, i) => tidy(() => each.assign(add(each, mul(directions[i], by)))));
}

describe('the gradient of a gradient, in the input and all variables, agrees with central differences', () => {
  const cases = Object.keys(FLOWS).flatMap((flow) => (['forward', 'inverse'] as const).map((way) => ({ flow, way })));
  // A planar map has no inverse in closed form.
  test.each(cases.filter(({ flow, way }) => flow !== 'planar' || way === 'forward'))(
    '$flow, $way',
    async ({ flow, way }) => {
      const bijector = FLOWS[flow]();
      addNoise(bijector.trainableVariables(), key(1), 0.3);
      const x = tidy(() => variable(normal(key(2), [4, 3])));
      const variables = [x, ...bijector.trainableVariables()];
      const directions = variables.map(({ shape }, i) => normal(foldIn(key(3), i), shape));

      const tensors = memory().numTensors;
      const slope = tidy(() => {
        const { grads } = variableGrads(() => penalty(bijector, way, x), variables);
        return variables.map((each, i) => sum(mul(grads[each.name], directions[i]))).reduce((a, b) => add(a, b));
      });
      expect(memory().numTensors).toBe(tensors + 1);

      const values: number[] = [];
      for (const by of [STEP, -2 * STEP]) {
        move(variables, directions, by);
        const value = tidy(() => penalty(bijector, way, x));
        values.push((await value.data())[0]);
      }
      const [above, below] = values;
      await expect(slope).toBeAllClose((above - below) / (2 * STEP), { rtol: 0.02 });
    },
  );
});
