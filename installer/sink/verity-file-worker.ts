import {workerData} from 'node:worker_threads';
import {serveBatches} from '../../engine/store/serve-batches.ts';
import {type VerityFileTask, verityFileTask} from './verity-file-task.ts';

serveBatches(verityFileTask(workerData as VerityFileTask));
