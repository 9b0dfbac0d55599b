import {
  attentionIaf,
  attentionMaf,
  type Bijector,
  flowPlusPlus,
  glow,
  iaf,
  lstmIaf,
  lstmMaf,
  madeMog,
  maf,
  mafMog,
  naf,
  nice,
  nsf,
  realNvp,
} from '@pushforward/bijectors';
import type { FactoryName, Recipe } from './recipe.js';

const factories = {
  attentionIaf,
  attentionMaf,
  flowPlusPlus,
  glow,
  iaf,
  lstmIaf,
  lstmMaf,
  madeMog,
  maf,
  mafMog,
  naf,
  nice,
  nsf,
  realNvp,
} satisfies Record<FactoryName, unknown>;

/** The flow of a recipe; its factory checks the options. */
export function buildFlow({ factory, options }: Recipe): Bijector {
  return (factories[factory] as unknown as (options: Recipe['options']) => Bijector)(options);
}
