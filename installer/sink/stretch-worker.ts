import {workerData} from 'node:worker_threads';
import {serveBatches} from '../../engine/store/serve-batches.ts';
import {type StretchTask, stretchTask} from './stretch-task.ts';

serveBatches(stretchTask(workerData as StretchTask));
