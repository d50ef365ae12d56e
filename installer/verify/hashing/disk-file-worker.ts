import {workerData} from 'node:worker_threads';
import {serveBatches} from '../../../engine/store/serve-batches.ts';
import {type DiskFileTask, diskFileTask} from './disk-file-task.ts';

serveBatches(diskFileTask(workerData as DiskFileTask));
