import {workerData} from 'node:worker_threads';
import {type FileTask, fileTask} from './file-task.ts';
import {serveBatches} from './serve-batches.ts';

serveBatches(fileTask(workerData as FileTask));
