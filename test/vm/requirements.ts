import {spawnSync} from 'node:child_process';
import {whyNoLoopDevices} from '../host/disk.ts';
import {podman, podmanProblem} from '../host/podman.ts';
import {imageName} from '../setup/image.ts';

/** Why machines with the image cannot be made here, for `skipped: …`; undefined when they can. */
export async function whyNoMachines(): Promise<string | undefined> {
	const problem = whyNoLoopDevices() ?? (await podmanProblem());
	if (problem !== undefined) return problem;
	const programs = ['qemu-system-x86_64', 'sfdisk', 'mtype', 'debugfs'];
	const missing = programs.find((program) => spawnSync(program, ['--version']).error);
	if (missing !== undefined) return `${missing} is not installed`;
	const {status} = await podman(['image', 'exists', imageName], {okStatuses: [0, 1]});
	return status === 0 ? undefined : `${imageName} is not built; npm test builds it`;
}

/** Whether boots beyond the quota of `npm test` are wanted. */
export const runsAll = process.env.SLIPWAY_TEST_ALL === '1';
export const beyondQuota = 'beyond the boots of npm test; npm run test:all';
