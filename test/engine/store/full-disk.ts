/**
 * Run with a limit on the size of files, which a write meets halfway as it meets the end of a disk.
 * Streams a content of SIZE bytes into the store STORE, tries once more, commits, and prints the codes
 * of the errors and what is left of the content before the writer ends.
 */
import {createStore} from '../../../engine/store/store.ts';
import {content, filesBelow, unsyncedSystem} from './fixture.ts';

const [store = '', size = ''] = process.argv.slice(2);
const bytes = content(Number(size));

async function codeOf(work: () => unknown): Promise<string | undefined> {
	try {
		await work();
		return undefined;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code;
	}
}

await using writer = await createStore(unsyncedSystem, store).write();
const take = async () => {
	const target = writer.sink().begin(bytes.length);
	await target.write(bytes);
	await target.end();
};
const codes = [await codeOf(take), await codeOf(take), await codeOf(() => writer.commit())];
const digests = filesBelow(store).filter((name) => /[0-9a-f]{62}$/.test(name));
process.stdout.write(JSON.stringify({codes, digests}));
