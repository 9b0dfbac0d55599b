export { compareFloat32, type CompareOptions, differences, type PrecisionComparison } from './compare-float32.js';
export type {
  BijectorFormula,
  ConditionerFormula,
  ConditionerPass,
  DensityFormula,
  Events,
  FormulaBuilder,
  FormulaOf,
  MappedEvents,
  MappedNumber,
  NetworkFormula,
  OwnFormulas,
  TransformFormula,
} from './contract/formulas.js';
export { float64Density, type Float64Density, type Float64Options } from './float64-density.js';
