import {readFile, stat} from 'node:fs/promises';
import {formatDump} from '../../../engine/erofs/dump-formatter.ts';
import {readImage} from '../../../engine/erofs/reader.ts';
import {exitStatus} from '../../../engine/errors.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import {
	type CommandContext,
	defineCommand,
	type ProgressOptions,
	progressOptions,
} from '../command.ts';
import {formatListedEntry, listTree} from '../listing.ts';
import {parseTreeSource, readTree, treeSourceSyntax} from '../tree-source.ts';

export const command = defineCommand({
	description: [
		'Lists every name of a root file system with its type, permissions, owner, size and time: of a composefs image, such as those in /sysroot/composefs/images, or of anything that an image can be made from.',
	],
	options: {
		dump: {type: 'boolean', help: "Print the format of 'composefs-info dump' instead."},
		json: {type: 'boolean', help: 'Print the entries as JSON.'},
		...progressOptions,
	},
	positionals: {SOURCE: {help: `File of a composefs image. ${treeSourceSyntax}`}},
	examples: [
		['slipway image inspect DIGEST | grep /etc/', 'In /sysroot/composefs/images: what is in it.'],
		['slipway image inspect --dump ./rootfs', 'The input of mkcomposefs --from-file.'],
	],
	exitStatuses: {[exitStatus.damaged]: 'The image is damaged; the message says where.'},
	async run(context, {options, positionals}) {
		const root = await readRoot(context, positionals.SOURCE, options);
		if (options.dump) writeInPieces(context, formatDump(root));
		else if (options.json) writeInPieces(context, formatJson(root));
		else writeInPieces(context, formatListing(root));
		return exitStatus.ok;
	},
});

async function readRoot(
	context: CommandContext,
	text: string,
	options: ProgressOptions,
): Promise<Directory> {
	const source = parseTreeSource(text);
	if (source.kind === 'folder' && !(await stat(source.path)).isDirectory())
		return readImage(await readFile(source.path)).root;
	using progress = await context.startProgress(options);
	const {report} = progress;
	const {signal} = context;
	using tree = await readTree(await context.system(), source, {
		algorithm: 'sha256',
		progress: report,
		signal,
	});
	return tree.root;
}

function* formatListing(root: Directory): Generator<string, undefined> {
	for (const entry of listTree(root)) yield `${formatListedEntry(entry)}\n`;
	return undefined;
}

/** One document, an entry a line. */
function* formatJson(root: Directory): Generator<string, undefined> {
	let opening = '{"version": 1, "entries": [\n';
	for (const entry of listTree(root)) {
		yield opening + JSON.stringify(entry);
		opening = ',\n';
	}
	yield '\n]}\n';
	return undefined;
}

/** A write for each line would cost more than all the rest. */
function writeInPieces(context: CommandContext, lines: Iterable<string>): void {
	const pieceLength = 65_536;
	let piece = '';
	for (const line of lines) {
		piece += line;
		if (piece.length < pieceLength) continue;
		context.write(piece);
		piece = '';
	}
	context.write(piece);
}
