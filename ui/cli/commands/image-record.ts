import {exitStatus} from '../../../engine/errors.ts';
import {pathList} from '../../../engine/source/findings.ts';
import {imageRecordPath} from '../../../engine/source/image-record.ts';
import {recordImage} from '../../../engine/source/record-image.ts';
import {defineCommand} from '../command.ts';
import {formatCounted} from '../format.ts';

export const command = defineCommand({
	description: [
		`Writes ${imageRecordPath}: what a running container no longer shows of its image, since the container engine mounts its own over it. With it an image that installs itself gives the same digest as its layers. It is the last step of a build; /usr/lib/slipway/setup does it.`,
		"A build's own / has the builder's files mounted over /etc/hosts and /dev. To record those too, describe an earlier stage of the build, mounted below /run.",
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
		['RUN slipway image record', 'In a Containerfile, as its last step.'],
		[
			'RUN --mount=type=bind,from=STAGE,target=/run/image \\\n  slipway image record /run/image',
			'The same, with what the builder mounts over its own root.',
		],
	],
	async run(context, {options, positionals}) {
		const {entries, hidden} = recordImage(await context.system(), {
			...(positionals.ROOT !== undefined && {root: positionals.ROOT}),
			...(options.into !== undefined && {into: options.into}),
		});
		context.print(
			`recorded ${formatCounted(entries, 'entry', 'entries')}`,
			...(hidden.length === 0 ? [] : [`not recorded, being mounted over: ${pathList(hidden)}`]),
		);
		return exitStatus.ok;
	},
});
