import {DamagedInput} from '../../errors.ts';
import type {Descriptor} from '../descriptor.ts';
import type {BlobSpan} from '../image.ts';
import {type BlobRequest, judgeBlobAnswer, rangeHeader} from './blob-answer.ts';
import {type Clients, Failures, policyFor} from './fail-over.ts';
import {RegistryFailure} from './failure.ts';
import type {RegistryPorts} from './ports.ts';
import type {RegistryClient} from './registry-client.ts';
import {Retries} from './retry.ts';
import type {HttpResponse} from './transport.ts';

/** An interruption after this much does not count as a failed attempt. */
const progressBytes = 1 << 20;

/**
 * A blob, or a part of one, as if the connection never broke: the stream goes on at the byte where it
 * was interrupted, at the same endpoint or the next. Nothing is read ahead beyond a small buffer.
 * The bytes are not verified; more than the descriptor's size may come, and never less. Endpoints that
 * know no ranges give whole blobs, but no parts.
 * @throws RegistryFailure, DamagedInput
 */
export async function* blobStream(
	clients: Clients,
	ports: RegistryPorts,
	blob: Descriptor,
	span?: BlobSpan,
): AsyncGenerator<Buffer, void> {
	const failures = new Failures();
	const {start, end} = span ?? {start: 0, end: blob.size};
	const wanted = {size: blob.size, end, partOnly: span !== undefined};
	let position = start;
	for (const [index, client] of clients.entries()) {
		const retries = new Retries(policyFor(clients, index), ports);
		let counted = position;
		try {
			while (position < end) {
				try {
					for await (const chunk of readPart(client, blob, {...wanted, position})) {
						position += chunk.length;
						yield chunk;
					}
				} catch (error) {
					if (position - counted >= progressBytes) retries.reset();
					counted = position;
					await retries.wait(error);
				}
			}
			return;
		} catch (error) {
			failures.add(client, error, ports.signal);
		}
	}
	throw failures.together();
}

/** What one answer gives, from the position on; as far as it goes without interruption. */
async function* readPart(
	client: RegistryClient,
	blob: Descriptor,
	request: BlobRequest,
): AsyncGenerator<Buffer, void> {
	const {host} = client.endpoint;
	const range = rangeHeader(request);
	const response = await client.request({
		path: `blobs/${blob.digest}`,
		headers: range === undefined ? {} : {range},
		okStatuses: [200, 206, 416],
		wanted: {what: 'content', name: blob.digest},
	});
	const verdict = judgeBlobAnswer(request, headersOf(response));
	if (verdict.kind !== 'read') await response.drain();
	switch (verdict.kind) {
		case 'refuse':
			throw new RegistryFailure('registry-protocol', `${host} ${verdict.reason}`, {
				hint: 'Tell who runs the registry.',
			});
		case 'no-range':
			throw new RegistryFailure('registry-no-ranges', `${host} gives blobs as a whole only`, {
				hint: 'Tell who runs the registry that it ignores ranges.',
			});
		case 'wrong-size':
			throw new DamagedInput(
				`${blob.digest} has ${verdict.size} bytes at ${host} and ${blob.size} in the manifest`,
				{hint: 'Push the image again.'},
			);
		case 'read': {
			const {skip, end: comesUpTo} = verdict;
			const isWhole = range === undefined;
			yield* cut(response.body(), {...request, skip, comesUpTo, isWhole}, host);
			return;
		}
		default:
			verdict satisfies never;
	}
}

function headersOf({status, headers}: HttpResponse) {
	return {
		status,
		contentRange: headers['content-range'],
		contentLength: headers['content-length'],
	};
}

interface Cut {
	/** The request's. */
	readonly position: number;
	readonly end: number;
	/** The verdict's. */
	readonly skip: number;
	readonly comesUpTo: number;
	/** Then too much is passed on, and found out by who verifies. */
	readonly isWhole: boolean;
}

async function* cut(
	body: AsyncIterable<Buffer>,
	{position, end, skip, comesUpTo, isWhole}: Cut,
	host: string,
): AsyncGenerator<Buffer, void> {
	let skipped = 0;
	let reached = position;
	for await (const chunk of body) {
		const begin = Math.min(chunk.length, skip - skipped);
		skipped += begin;
		const wanted = chunk.subarray(begin, isWhole ? chunk.length : begin + end - reached);
		if (wanted.length < chunk.length - begin && comesUpTo <= end) throw tooMuch(host);
		reached += wanted.length;
		if (wanted.length > 0) yield wanted;
		// Elsewhere the answer is read to its end: only then its connection can be used again.
		if (reached >= end && comesUpTo > end) return;
	}
	if (reached < end)
		throw new RegistryFailure('registry-interrupted', `${host} ends an answer too early`, {
			isTransient: true,
			hint: 'Try again later. If it stays so, push the image again.',
		});
}

function tooMuch(host: string): RegistryFailure {
	return new RegistryFailure('registry-protocol', `${host} sends more than it says`, {
		hint: 'Tell who runs the registry.',
	});
}
