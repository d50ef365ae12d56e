import {parentPort, workerData} from 'node:worker_threads';
import {batchTask} from './file-outcome.ts';
import type {FileTask} from './file-task.ts';
import type {SourceFile} from './source-file.ts';

const run = batchTask(workerData as FileTask);

parentPort?.on('message', (batch: readonly SourceFile[]) => parentPort?.postMessage(run(batch)));
