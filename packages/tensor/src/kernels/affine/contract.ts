import { AffineFormStruct, LogScaleId } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * `value = (input − m·before)·exp(L) + m·after`, with log-derivative `L = sign·logScale(r)`, for parameters `(m, r)` of one number.
 *
 * `logScale(r)` is r (`'raw'`), `b·tanh(r/b)` (`'bounded'`), `log sigmoid(b·tanh(r/b) + c)` (`'gate'`), or 0, and m the only parameter
 * (`'none'`).
 *
 * `applyAffineForm` computes it in plain operations. The fast versions are for wasm `applyForm` with its gradient in
 * `assembly/tile/affine-form.ts`, of numbers in tiles, and `assembly/affine/affine-maps.ts`, of others; and for webgpu `applyForm` in
 * `masked-network/network.wgsl`, its gradient in `masked-network/adjoints.wgsl` and the log-scale in `masked-network/tile.wgsl`.
 */
export interface AffineForm {
  readonly logScale: 'none' | 'raw' | 'bounded' | 'gate';
  /** b */
  readonly bound?: number;
  /** c */
  readonly bias?: number;
  readonly sign: 1 | -1;
  readonly before: 0 | 1;
  readonly after: 0 | 1;
}

/** Writes a form for the kernels that apply it. */
export function writeAffineForm(
  wasm: WasmModule,
  address: number,
  { logScale, bound = 1, bias = 0, sign, before, after }: AffineForm,
): void {
  AffineFormStruct.write(wasm.memory, address, {
    logScale: LogScaleId[logScale],
    bound,
    bias,
    sign,
    before,
    after,
  });
}
