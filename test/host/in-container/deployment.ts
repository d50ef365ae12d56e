/** Run inside a container: prints what a deployment of its image would be, see {@link Deployment}. */
import {readFileSync} from 'node:fs';
import {formatDump} from '../../../engine/erofs/dump-formatter.ts';
import {openRunningRoot} from '../../../engine/source/running-root.ts';
import {hashTree} from '../../../engine/store/hash-tree.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {deploymentImage, transformForOci} from '../../../engine/tree/transform.ts';

export interface Deployment {
	readonly digest: string;
	/** Of the image's tree as text, to see what differs when the digest does. */
	readonly dump: readonly string[];
	/** Codes of the findings. */
	readonly findings: readonly string[];
}

using running = openRunningRoot(hostSystem());
const {tree, findings} = running;
await hashTree(tree, {algorithm: 'sha256'});
const paths = new Map(tree.files.map(({path, inode}) => [inode, path]));
const {verityDigest} = await deploymentImage(tree.root, 'sha256', (file) =>
	readFileSync(Buffer.from(paths.get(file) ?? '', 'latin1')),
);
transformForOci(tree.root);
const deployment: Deployment = {
	digest: verityDigest,
	dump: [...formatDump(tree.root)],
	findings: findings.map(({code}) => code),
};
process.stdout.write(JSON.stringify(deployment));
