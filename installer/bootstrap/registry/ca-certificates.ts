import {X509Certificate} from 'node:crypto';
import type {ContentSource} from '../../answers/answers.ts';
import type {BootstrapWork} from '../work.ts';
import {findTrustStore} from './trust-store.ts';

const pem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Has the machine trust these besides those of its image. */
export function putCaCertificates(work: BootstrapWork, sources: readonly ContentSource[]): void {
	const {image, files, problems, note} = work;
	if (sources.length === 0) return;
	const certificates = sources.flatMap((source, index) => {
		const found = certificatesIn(work.contentOf(source).reveal());
		if (found === undefined)
			problems.usage(`CA certificate ${index + 1} is no certificate in PEM`, {
				hint: 'Give the text that begins with -----BEGIN CERTIFICATE-----.',
			});
		return found ?? [];
	});
	const store = findTrustStore(image);
	if (store === undefined) {
		problems.refuse('no-trust-store', 'the image has no file of CA certificates to add to', {
			hint: 'Install ca-certificates in the image.',
		});
		return;
	}
	const trusted = (image.text(store.bundle) ?? '').trimEnd();
	const all = [...(trusted === '' ? [] : [trusted]), ...certificates];
	files.file(store.bundle, `${all.join('\n')}\n`);
	// A file of the machine: those that later images bring do not come through it.
	note('all trusted CAs in one file, which updates leave as it is', store.bundle);
	const names = certificates.map((certificate) => new X509Certificate(certificate).subject);
	for (const [index, certificate] of certificates.entries()) {
		const place = `${store.anchors}/slipway-${index + 1}.crt`;
		if (store.anchors !== undefined) files.file(place, `${certificate}\n`);
		const subject = names[index]?.replaceAll('\n', ', ') ?? 'without a name';
		note(`trusted CA ${subject}`, store.anchors === undefined ? store.bundle : place);
	}
}

/** Undefined when there is none, or one that is damaged. */
function certificatesIn(text: string): string[] | undefined {
	const found = text.match(pem);
	if (found === null) return undefined;
	try {
		for (const certificate of found) new X509Certificate(certificate);
		return found;
	} catch {
		return undefined;
	}
}
