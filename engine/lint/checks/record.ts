import {DamagedInput} from '../../errors.ts';
import {pathList} from '../../source/findings.ts';
import {type ImageRecord, imageRecordPath, parseImageRecord} from '../../source/image-record.ts';
import {isAtOrBelow} from '../../source/tree-path.ts';
import type {PathFacts} from '../image-places.ts';
import type {ImageRoot} from '../image-root.ts';
import type {Check} from '../lint.ts';

/** Some hundred bytes for each folder of the image. */
const maxRecordSize = 64 << 20;

/** Whatever is installed changes folders here, and container engines and running programs do not. */
const comparedFolders = ['/usr', '/etc'];

export const imageRecord: Check = {
	name: 'image-record',
	severity: 'warning',
	reason:
		'A container does not show all of its image; without a record of just this image, one that installs itself may get another digest than its layers.',
	fix: `Make this the last step of the build, STAGE being all before it: RUN --mount=type=bind,from=STAGE,target=/run/image slipway image record /run/image`,
	async find(root) {
		const text = await root.text(imageRecordPath, maxRecordSize);
		if (text === undefined) return [`there is no ${imageRecordPath}`];
		try {
			const outdated = await findOutdated(root, parseImageRecord(text));
			return outdated.length === 0
				? []
				: [`the image was changed after its record was written: ${pathList(outdated)}`];
		} catch (error) {
			if (!(error instanceof DamagedInput)) throw error;
			return [error.message];
		}
	},
};

/** Folders that the record does not have, or has otherwise, as byte strings. */
async function findOutdated(root: ImageRoot, record: ImageRecord): Promise<string[]> {
	const outdated: string[] = [];
	for (const compared of comparedFolders)
		for await (const [path, facts] of root.walk(compared)) {
			if (facts.type !== 'directory' || root.holdsCovered(path)) continue;
			const place = Buffer.from(path).toString('latin1');
			if (!isAsRecorded(record, place, facts)) outdated.push(place);
		}
	return outdated;
}

function isAsRecorded({entries, hidden}: ImageRecord, place: string, facts: PathFacts): boolean {
	if (hidden.some((covered) => isAtOrBelow(place, covered))) return true;
	const recorded = entries.get(place);
	// What the build was still writing then may have got other times since.
	if (recorded === undefined || recorded.isUncommitted) return recorded !== undefined;
	const {mode, uid, gid, mtimeSec} = recorded.inode;
	return (
		mode === facts.mode && uid === facts.uid && gid === facts.gid && mtimeSec === facts.mtimeSec
	);
}
