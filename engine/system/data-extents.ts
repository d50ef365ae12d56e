import {checked, KernelCallFailed, lastErrno, libc} from './libc.ts';
import {withOpenFile} from './open-file.ts';
import type {DataExtent} from './system.ts';

/** lseek(2) */
const whence = {data: 3, hole: 4} as const;

export function dataExtents(file: string): DataExtent[] {
	return withOpenFile(file, 'r', (fd) => {
		const extents: DataExtent[] = [];
		for (let at = 0; ; ) {
			const start = libc().lseek(fd, at, whence.data);
			if (start < 0) {
				const errno = lastErrno();
				// There is nothing but a hole from there on, or the end.
				if (errno === 'ENXIO') return extents;
				throw new KernelCallFailed('find the data of', file, errno);
			}
			const end = checked(libc().lseek(fd, start, whence.hole), 'find the holes of', file);
			extents.push({start, end});
			at = end;
		}
	});
}
