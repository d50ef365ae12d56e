import {UnfinishedFile} from './unfinished-file.ts';

/**
 * Has a file written under a temporary name beside its place, where it appears when it is whole and on the medium.
 * @param write fills the file, which is empty
 * @throws Refused `output-not-writable`; OperationFailed `disk-full`
 */
export async function writeWhole(
	place: string,
	write: (file: string) => Promise<void>,
): Promise<void> {
	await using file = await UnfinishedFile.make(place);
	await write(file.path);
	await file.sync();
	await file.putInPlace();
}
