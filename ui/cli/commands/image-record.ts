import {exitStatus} from '../../../engine/errors.ts';
import {pathList} from '../../../engine/source/findings.ts';
import {imageRecordPath} from '../../../engine/source/image-record.ts';
import {recordImage} from '../../../engine/source/record-image.ts';
import {defineCommand} from '../command.ts';
import {formatCounted} from '../format.ts';

export const command = defineCommand({
	description: [
		`Writes ${imageRecordPath}: what a running container no longer shows of its image, since the container engine mounts its own over it. With it an image that installs itself gives the same digest as its layers. It is the last step of a build, after /usr/lib/slipway/setup.`,
		"A build's own / has the builder's files mounted over /etc/hosts and /dev. So describe the stage before, mounted below /run: nothing of /run gets into an image.",
	],
	options: {
		into: {
			type: 'string',
			value: 'FOLDER',
			help: 'Root file system that the record is written to; / when left out.',
		},
	},
	positionals: {
		ROOT: {help: 'Root file system to describe; / when left out.', optional: true},
	},
	examples: [
		[
			'FROM STAGE\nRUN --mount=type=bind,from=STAGE,target=/run/image \\\n  slipway image record /run/image',
			'In a Containerfile, as its last step; STAGE is the image so far.',
		],
		[
			'RUN slipway image record',
			'Without what the builder mounts over its own root: only for images that are installed by privileged containers alone.',
		],
	],
	async run(context, {options, positionals}) {
		const {entries, hidden, otherImage} = recordImage(await context.system(), {
			...(positionals.ROOT !== undefined && {root: positionals.ROOT}),
			...(options.into !== undefined && {into: options.into}),
		});
		context.print(
			`recorded ${formatCounted(entries, 'entry', 'entries')}`,
			...(otherImage === undefined
				? []
				: [
						`warning: ${positionals.ROOT} is not the image that this step builds on: ${otherImage} differs`,
						'  hint: Some builders mount an older stage from their cache. Build with --no-cache, and make this the last step.',
					]),
			...(hidden.length === 0 ? [] : [`not recorded, being mounted over: ${pathList(hidden)}`]),
		);
		return exitStatus.ok;
	},
});
