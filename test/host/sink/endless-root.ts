/** node endless-root.ts DISK: writes a root that never gets finished, for a test that kills it. */
import {noProgress} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {mountedSink} from '../../../installer/sink/mounted.ts';
import {sampleContent} from '../../installer/sink/sample-content.ts';
import type {DiskFile} from './disk-file.ts';

const {target, root}: Pick<DiskFile, 'target' | 'root'> = JSON.parse(process.argv[2] ?? '');
const host = hostSystem();
const system = {
	...host,
	syncFileSystem() {
		// The last step of a mounted root: stop in it, as a slow disk would.
		process.stdout.write('writing\n');
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
	},
};
const sink = mountedSink(system, target);
await sink.makeRoot(root);
await sink.writeRoot(sampleContent(), root, noProgress);
