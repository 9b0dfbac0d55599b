export type { OnnxColumn } from './columns/column.js';
export { exportOnnx, type ExportOnnxOptions } from './export-onnx.js';
