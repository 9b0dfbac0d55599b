import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector, ElementwiseTransform } from '@pushforward/bijectors';
import type { Conditioner, MadeDensity, Network } from '@pushforward/made';
import type { Distribution } from '../../contract/distribution.js';

/** Events in float64, the numbers of one after those of another. */
export interface Events {
  /** As many numbers for each event as it has. */
  readonly values: Float64Array;
  /** The number of events. */
  readonly count: number;
  /** `count × C` numbers, where there is a context. */
  readonly context?: Float64Array;
}

/** The image of events under one direction of a bijector. */
export interface MappedEvents {
  readonly values: Float64Array;
  /** The log-determinant of each event, in nats: the sum over all of its numbers, whatever the rank of the bijector. */
  readonly logDet: Float64Array;
}

/** Both directions of a bijector in float64. */
export interface BijectorFormula {
  forward(events: Events): MappedEvents;
  inverse(events: Events): MappedEvents;
}

/** A number and the log-derivative of the map that made it, in nats. */
export interface MappedNumber {
  readonly value: number;
  readonly logDerivative: number;
}

/** Both directions of an elementwise transform in float64. The parameters of the number at hand are `parameters[at]` to `parameters[at + P − 1]`. */
export interface TransformFormula {
  forward(x: number, parameters: Float64Array, at: number): MappedNumber;
  inverse(y: number, parameters: Float64Array, at: number): MappedNumber;
}

/** A pass of a conditioner over vectors of which some dimensions may not be known yet. */
export interface ConditionerPass {
  /** `vectors × D × P` numbers: those of the dimensions that {@link advance} has come to. */
  readonly parameters: Float64Array;
  /** Computes the parameters of the dimensions of the ranks from `from` to `to − 1`, from the values of all lower ranks as they now stand. */
  advance(from: number, to: number): void;
}

/** A conditioner in float64. */
export interface ConditionerFormula {
  /** The dimensions in the order in which they are chosen; those of one rank do not depend on each other. */
  readonly ranks: readonly (readonly number[])[];
  /** Begins a pass over `x`, `vectors × D` numbers that the caller may fill in rank by rank, with `vectors × C` numbers of context. */
  begin(x: Float64Array, vectors: number, context: Float64Array | undefined): ConditionerPass;
}

/** A network in float64: from `vectors × A` numbers and `vectors × C` of context to `vectors × outputDim`. */
export type NetworkFormula = (x: Float64Array, vectors: number, context: Float64Array | undefined) => Float64Array;

/** A density in float64: the log-density of each event, in nats, summed over all of its numbers. */
export type DensityFormula = (events: Events) => Float64Array;

/** Gives a formula the numbers of variables, and the formulas of the parts inside. */
export interface FormulaBuilder {
  /** The numbers of a variable, or of a tensor that a module holds in a public property, in row-major order. */
  numbers(tensor: Tensor): Float64Array;
  bijector(part: Bijector): BijectorFormula;
  transform(part: ElementwiseTransform): TransformFormula;
  conditioner(part: Conditioner): ConditionerFormula;
  network(part: Network): NetworkFormula;
  density(part: Distribution | MadeDensity): DensityFormula;
}

/** A class, and how the formula of one of its objects is made. */
export type FormulaOf<Part, Formula> = readonly [
  ownClass: abstract new (...args: never[]) => Part,
  make: (part: never, build: FormulaBuilder) => Formula,
];

/** Formulas of classes of one's own, by kind of part. They stand before those of this package, and count for the class itself, not for others that extend it. */
export interface OwnFormulas {
  readonly bijectors?: readonly FormulaOf<Bijector, BijectorFormula>[];
  readonly transforms?: readonly FormulaOf<ElementwiseTransform, TransformFormula>[];
  readonly conditioners?: readonly FormulaOf<Conditioner, ConditionerFormula>[];
  readonly networks?: readonly FormulaOf<Network, NetworkFormula>[];
  readonly densities?: readonly FormulaOf<Distribution | MadeDensity, DensityFormula>[];
}
