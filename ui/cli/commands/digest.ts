import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {exitStatus} from '../../../engine/errors.ts';
import type {FsVerityAlgorithm} from '../../../engine/system/system.ts';
import {splitHardLinks} from '../../../engine/tree/split-hard-links.ts';
import {type DeploymentImage, deploymentImage} from '../../../engine/tree/transform.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import {defineCommand, progressOptions} from '../command.ts';
import {parseTreeSource, readTree, treeSourceSyntax} from '../tree-source.ts';

export const command = defineCommand({
	description: [
		'Computes the fs-verity digest of the composefs image of a root file system, which names all of it: every name, permission, attribute and content. Nothing is written.',
		"Without --boot it is what 'mkcomposefs --print-digest-only FOLDER' prints. With --boot it is what an install makes of it, and what the kernel argument composefs= says on the machine: /boot, /sysroot and /run are emptied, and what differs between builds of the same content is left out.",
	],
	options: {
		boot: {type: 'boolean', help: 'Print the digest of the deployment it would make.'},
		algorithm: {
			type: 'string',
			value: 'NAME',
			choices: ['sha256', 'sha512'],
			help: 'Hash of fs-verity; sha256 when left out.',
		},
		json: {type: 'boolean', help: 'Print the digest as JSON.'},
		...progressOptions,
	},
	positionals: {SOURCE: {help: treeSourceSyntax}},
	examples: [
		['slipway digest ./rootfs', 'The digest of a folder.'],
		['slipway digest --boot oci:./layout:latest', 'What a machine installed from it will run.'],
		['podman run --rm IMAGE digest --boot /', 'The same, asked of the image itself.'],
	],
	async run(context, {options, positionals}) {
		const algorithm = options.algorithm ?? 'sha256';
		const source = parseTreeSource(positionals.SOURCE);
		const system = await context.system();
		using progress = await context.startProgress(options);
		using tree = await readTree(system, source, {
			algorithm,
			progress: progress.report,
			signal: context.signal,
		});
		const image = options.boot
			? await deploymentImage(tree.root, algorithm, tree.readContent)
			: plainImage(tree.root, algorithm);
		progress[Symbol.dispose]();
		context.print(
			options.json
				? JSON.stringify({
						version: 1,
						digest: image.verityDigest,
						algorithm,
						boot: options.boot,
						size: image.bytes.length,
					})
				: image.verityDigest,
		);
		return exitStatus.ok;
	},
});

/** As mkcomposefs makes it of a folder. */
function plainImage(root: Directory, algorithm: FsVerityAlgorithm): DeploymentImage {
	splitHardLinks(root);
	const bytes = writeImage(root, {flavour: 'c', version: 'auto'});
	return {bytes, verityDigest: verityDigest(bytes, algorithm)};
}
