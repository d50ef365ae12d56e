import {parentPort, workerData} from 'node:worker_threads';
import {type AheadTask, aheadTask} from './hash-ahead.ts';
import type {SourceFile} from './source-file.ts';

const hash = aheadTask(workerData as AheadTask);
parentPort?.on('message', (file: SourceFile) => parentPort?.postMessage(hash(file)));
