export { decodeTorch } from './torch/decode-torch.js';
export { describeZuko, type ZukoOptions } from './describe-zuko.js';
export { importFlow } from './build/import-flow.js';
