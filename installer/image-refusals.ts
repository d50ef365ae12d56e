/** What speaks against an image itself, told before anything is read or written for long. */
import {Refused} from '../engine/errors.ts';
import {rootChecks} from '../engine/lint/checks/all.ts';
import {bootLoader, oneKernel} from '../engine/lint/checks/kernel.ts';
import {mountPointPaths, mountPoints} from '../engine/lint/checks/layout.ts';
import {kernelArguments} from '../engine/lint/checks/settings.ts';
import {writablePlaces} from '../engine/lint/checks/writable.ts';
import type {ImageRoot} from '../engine/lint/image-root.ts';
import {type Check, lint} from '../engine/lint/lint.ts';
import type {Directory} from '../engine/tree/tree.ts';
import {diskLayout, installerChecks} from './image-checks.ts';

/** Told by {@link readInstallFiles}, or looked for in the tree. */
const toldElsewhere: readonly Check[] = [
	oneKernel,
	bootLoader,
	kernelArguments,
	diskLayout,
	mountPoints,
];

/** With the one that has errors among its warnings: nobody could log in. */
const checks = [...rootChecks, ...installerChecks].filter(
	(check) =>
		(check.severity === 'error' && !toldElsewhere.includes(check)) || check === writablePlaces,
);

/**
 * Errors of `slipway lint` that would make a machine that does not boot, or not well; each has its
 * check's name as code.
 * @param tree of the image: its root here shows mount points that the container engine made
 */
export async function findImageRefusals(root: ImageRoot, tree: Directory): Promise<Refused[]> {
	const missing = mountPointPaths
		.filter((path) => tree.children.get(path.slice(1))?.type !== 'directory')
		.map((path) => ({...mountPoints, check: mountPoints.name, message: `${path} is not a folder`}));
	const findings = await lint(root, checks);
	return [...missing, ...findings]
		.filter(({severity}) => severity === 'error')
		.map(({check, message, fix}) => new Refused(check, message, {hint: fix}));
}
