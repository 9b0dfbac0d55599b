import { iafMnist } from './iaf-mnist/iaf-mnist.js';
import { iafMnistConv } from './iaf-mnist/iaf-mnist-conv.js';
import { mafMnist } from './maf-mnist/maf-mnist.js';
import { mafOrder } from './maf-order/maf-order.js';
import { mafUci } from './maf-uci/maf-uci.js';
import { vlaeMnist } from './vlae-mnist/vlae-mnist.js';
import type { PaperTable } from './table/paper-table.js';

/** Every table that `paper` trains. */
export const paperTables: readonly PaperTable[] = [iafMnist, iafMnistConv, mafMnist, mafUci, mafOrder, vlaeMnist];
