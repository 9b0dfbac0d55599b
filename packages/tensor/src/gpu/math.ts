import { mathWgsl } from './shaders.generated.js';

/** `math.wgsl` in GLSL ES 3.0. */
export const GLSL_MATH = mathWgsl
  .replaceAll(/fn (\w+)\(x : f32\) -> f32/g, 'float $1(float x)')
  .replaceAll(/fn (\w+)\(f : f32\) -> f32/g, 'float $1(float f)')
  .replaceAll(/let (\w+) : i32 =/g, 'int $1 =')
  .replaceAll(/(?:let|var) (\w+) =/g, 'float $1 =')
  .replaceAll('bitcast<f32>(', 'intBitsToFloat(')
  .replaceAll('bitcast<i32>(', 'floatBitsToInt(')
  .replaceAll(/\bf32\(/g, 'float(')
  .replaceAll(/\bi32\(/g, 'int(')
  .replaceAll('uniforms.INFINITY', 'intBitsToFloat(0x7f800000)')
  .replaceAll('uniforms.NAN', 'intBitsToFloat(0x7fc00000)')
  // Comments may hold ASCII only.
  .replaceAll(/\/\/.*/g, '');
