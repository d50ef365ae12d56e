import {readFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {verityAlgorithmOf, verityDigest} from '../erofs/fs-verity.ts';
import {readImage} from '../erofs/reader.ts';
import {imagePath, storeLayout} from '../store/layout.ts';
import {KernelCallFailed} from '../system/libc.ts';
import type {System} from '../system/system.ts';
import {emptyDirectory} from '../tree/empty-directory.ts';
import {scanDirectory} from '../tree/scan.ts';
import {type ByteString, type Directory, maxInlineSize, type RegularFile} from '../tree/tree.ts';
import {walkTree} from '../tree/walk.ts';
import type {DeploymentSet, ReadableDeployment} from './deployment.ts';
import {type EtcTrees, etcPath} from './etc-diff.ts';
import {etcLayer} from './state-directory.ts';

/**
 * What tells how /etc of a deployment differs from that of its image. Of one that has yet to take its
 * local changes over, they are those of its source. What others remove meanwhile is left out.
 * @param physicalRoot of the machine
 * @throws a system error where the user may not read the image: it is root's
 */
export async function readEtcTrees(
	system: System,
	physicalRoot: string,
	{deployments}: Pick<DeploymentSet, 'deployments'>,
	{id, origin, etcDueFrom}: ReadableDeployment,
): Promise<EtcTrees> {
	const image = await readImageEtc(physicalRoot, origin.imageVerity.digest);
	const source = deployments.find((one) => one.id === origin.etcFrom)?.origin;
	const before = source && (await readEtcBefore(physicalRoot, source.imageVerity.digest));
	const layer = etcLayer(physicalRoot, etcDueFrom ?? id);
	return {...readUpper(system, Buffer.from(layer).toString('latin1'), image), image, before};
}

async function readImageEtc(physicalRoot: string, digest: string): Promise<Directory> {
	const file = imagePath(storeLayout(path.join(physicalRoot, 'composefs')), digest);
	const folder = readImage(await readFile(file)).root.children.get(etcPath.slice(1));
	return folder?.type === 'directory' ? folder : emptyDirectory();
}

/** Undefined when the image is gone. */
async function readEtcBefore(physicalRoot: string, digest: string): Promise<Directory | undefined> {
	try {
		return await readImageEtc(physicalRoot, digest);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') return undefined;
		throw error;
	}
}

/** @param folder as bytes */
function readUpper(
	system: System,
	folder: ByteString,
	image: Directory,
): {upper: Directory; unreadable: readonly ByteString[]} {
	const unreadable: ByteString[] = [];
	const leaveOut = (path: ByteString, error: unknown): boolean => {
		const errno = errnoOf(error);
		if (errno === 'EACCES') unreadable.push(etcPath + path);
		return errno === 'EACCES' || errno === 'ENOENT';
	};
	const {root: upper} = scanDirectory(system, folder, {leaveOut});
	const inImage = new Map(walkTree(image, etcPath));
	for (const [place, local] of walkTree(upper, etcPath)) {
		const other = inImage.get(place);
		if (local.type !== 'file' || other?.type !== 'file' || local.size !== other.size) continue;
		const below = place.slice(etcPath.length);
		try {
			readContent(local, Buffer.from(folder + below, 'latin1'), other);
		} catch (error) {
			if (!leaveOut(below, error)) throw error;
		}
	}
	return {upper, unreadable};
}

/** Puts the content in, or the digest that can be compared with the other's. */
function readContent(local: RegularFile, file: Buffer, {verityDigest: digest}: RegularFile): void {
	const content = readFileSync(file);
	local.size = content.length;
	if (content.length <= maxInlineSize) local.inline = content;
	else local.verityDigest = verityDigest(content, verityAlgorithmOf(digest ?? '') ?? 'sha256');
}

function errnoOf(error: unknown): string | undefined {
	return error instanceof KernelCallFailed ? error.errno : (error as NodeJS.ErrnoException).code;
}
