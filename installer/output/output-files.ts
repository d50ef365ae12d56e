import {orDiskFull, UnfinishedFile} from './unfinished-file.ts';

/**
 * The files that one call makes. All get their names at its end, so that none looks finished that is not: disposed of
 * before that, they leave nothing.
 */
export class OutputFiles implements AsyncDisposable {
	readonly #files = new AsyncDisposableStack();
	readonly #named: UnfinishedFile[] = [];

	/** An empty one. @throws Refused `output-not-writable` */
	async add(place: string): Promise<UnfinishedFile> {
		return this.#keep(await UnfinishedFile.make(place));
	}

	/** @throws Refused `output-not-writable`, OperationFailed `disk-full` */
	async addText(place: string, text: string): Promise<void> {
		const file = await this.add(place);
		try {
			await file.handle.writeFile(text);
		} catch (error) {
			throw orDiskFull(error, place);
		}
	}

	/** One that was made elsewhere on the same file system, which is moved. @throws Refused `output-not-writable` */
	async take(made: string, place: string): Promise<UnfinishedFile> {
		return this.#keep(await UnfinishedFile.take(made, place));
	}

	/**
	 * Gives all of them their names, in the order in which they came, in place of others of those names.
	 * @throws OperationFailed `disk-full` with none of them in place
	 */
	async putInPlace(): Promise<void> {
		for (const file of this.#named) await file.sync();
		for (const file of this.#named) await file.putInPlace();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#files.disposeAsync();
	}

	#keep(file: UnfinishedFile): UnfinishedFile {
		this.#named.push(file);
		return this.#files.use(file);
	}
}
